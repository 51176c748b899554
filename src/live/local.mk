# live: kubeconfig, credentials, HTTPS, list, watch. Sees base, model, load's decoders, jansson, libcurl.
libpolgrid_a_SOURCES += \
	include/polgrid/kubeconfig.h \
	src/live/exec_answer.c \
	src/live/exec_plugin.c \
	src/live/exec_plugin.h \
	src/live/kubeconfig.c \
	src/live/kubeconfig_creds.c \
	src/live/kubeconfig_files.c \
	src/live/kubeconfig_inner.h \
	src/live/kubeconfig_say.c \
	src/live/kubeconfig_text.c \
	src/live/kubeconfig_user.c \
	src/live/proxy.c \
	src/live/secret.c
