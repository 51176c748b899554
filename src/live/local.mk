# live: kubeconfig, credentials, HTTPS, list, watch. Sees base, model, load's decoders, jansson, libcurl.
libpolgrid_a_SOURCES += \
	include/polgrid/kubeconfig.h \
	src/live/kubeconfig.c \
	src/live/kubeconfig_files.c \
	src/live/kubeconfig_inner.h \
	src/live/kubeconfig_text.c \
	src/live/kubeconfig_user.c \
	src/live/secret.c
