# live: kubeconfig, credentials, HTTPS, list, watch. Sees base, model, load's decoders, jansson, libcurl.
libpolgrid_a_SOURCES += \
	include/polgrid/kubeconfig.h \
	include/polgrid/live.h \
	src/live/discover.c \
	src/live/discovery.c \
	src/live/discovery.h \
	src/live/exec_answer.c \
	src/live/exec_plugin.c \
	src/live/exec_plugin.h \
	src/live/fill.c \
	src/live/watch.c \
	src/live/http.c \
	src/live/http.h \
	src/live/http_say.c \
	src/live/http_say.h \
	src/live/inner.h \
	src/live/kubeconfig.c \
	src/live/kubeconfig_creds.c \
	src/live/kubeconfig_files.c \
	src/live/kubeconfig_inner.h \
	src/live/kubeconfig_say.c \
	src/live/kubeconfig_text.c \
	src/live/kubeconfig_user.c \
	src/live/live.c \
	src/live/probe.c \
	src/live/proxy.c \
	src/live/read.c \
	src/live/resources.c \
	src/live/resources.h \
	src/live/secret.c \
	src/live/spread.c \
	src/live/store.c \
	src/live/store.h \
	src/live/words.c
