# SPDX-License-Identifier: ISC
#
# The service. Installed when configure was given --with-systemdsystemunitdir.

kithd.service: %D%/kithd.service.in Makefile
	$(AM_V_GEN)$(SED) 's|[@]sbindir[@]|$(sbindir)|g' $(srcdir)/%D%/kithd.service.in >$@

check_DATA += kithd.service
CLEANFILES += kithd.service

if SYSTEMD
systemdsystemunit_DATA = kithd.service
sysusersdir = $(prefix)/lib/sysusers.d
sysusers_DATA = %D%/sysusers.d/kith.conf
endif
