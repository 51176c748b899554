# model: cluster, namespace, pod, policy: plain data, frozen. Sees base. Compiled with -Wconversion.
libstrict_a_SOURCES += \
	include/polgrid/addr.h \
	include/polgrid/assume.h \
	include/polgrid/cluster.h \
	include/polgrid/diag.h \
	include/polgrid/policy.h \
	include/polgrid/portset.h \
	src/model/addr.c \
	src/model/assume.c \
	src/model/cluster.c \
	src/model/diag.c \
	src/model/portset.c \
	src/model/selector.c
