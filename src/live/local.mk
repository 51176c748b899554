# live: kubeconfig, credentials, HTTPS, list, watch. Sees base, model, load's decoders, jansson, libcurl.
libpolgrid_a_SOURCES += \
	include/polgrid/kubeconfig.h \
	src/live/secret.c
