# Turns the demo manifests into C: a text that the program carries with it. Each line becomes a string.
# "?" is escaped against trigraphs.
BEGIN {
    print "/* Made from data/demo/shop.yaml by src/cli/demo.awk. */"
    print "#include <stddef.h>\n"
    print "const char pg_cli_demo_text[] ="
}
{
    gsub(/\\/, "&&")
    gsub(/"/, "\\\"")
    gsub(/\?/, "\\?")
    gsub(/\t/, "\\t")
    printf "    \"%s\\n\"\n", $0
}
END {
    print "    \"\";"
    print "const size_t pg_cli_demo_length = sizeof pg_cli_demo_text - 1;"
}
