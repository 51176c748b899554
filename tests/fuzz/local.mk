# tests/fuzz: libFuzzer harnesses. A harness defines LLVMFuzzerTestOneInput and nothing else; for each:
#   fuzz_list += tests/fuzz/fuzz_yaml
#   tests_fuzz_fuzz_yaml_SOURCES = tests/fuzz/fuzz_yaml.c $(fuzz_main)
# `make fuzz' builds it with libFuzzer's main (clang) and feeds it tests/fuzz/corpus/fuzz_yaml as seeds. `make check'
# builds it with $(fuzz_main), a main that replays the corpus of its own name, and small changes of it.
fuzz_list = \
	tests/fuzz/fuzz_addr \
	tests/fuzz/fuzz_calico_selector \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_json_skip \
	tests/fuzz/fuzz_kubeconfig \
	tests/fuzz/fuzz_load \
	tests/fuzz/fuzz_objects \
	tests/fuzz/fuzz_text
tests_fuzz_fuzz_addr_SOURCES = tests/fuzz/fuzz_addr.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_calico_selector_SOURCES = tests/fuzz/fuzz_calico_selector.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_json_skip_SOURCES = tests/fuzz/fuzz_json_skip.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_kubeconfig_SOURCES = tests/fuzz/fuzz_kubeconfig.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_load_SOURCES = tests/fuzz/fuzz_load.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_objects_SOURCES = tests/fuzz/fuzz_objects.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz_text.c tests/fuzz/fuzz.h $(fuzz_main)
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/replay.c

if FUZZER
fuzz_main =
EXTRA_PROGRAMS += $(fuzz_list)
else
fuzz_main = tests/fuzz/replay.c
check_PROGRAMS += $(fuzz_list)
TESTS += $(fuzz_list)
endif
