dnl SPDX-License-Identifier: ISC
dnl
dnl Macros of kith's own configure. A flag goes into the named shell variable only if a program
dnl links with it; the user's CFLAGS and LDFLAGS are never written to.

AC_DEFUN([KITH_PROBE], [AC_LANG_PROGRAM([[#include <string.h>]],
	[[char b[16]; memset(b, 0, 16); return b[3];]])])

dnl KITH_CC_FLAG(VARIABLE, FLAG): append FLAG to VARIABLE if the compiler takes it silently.
AC_DEFUN([KITH_CC_FLAG], [
	AC_MSG_CHECKING([whether the compiler takes $2])
	kith_save_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS -Werror $$1 $2"
	AC_LINK_IFELSE([KITH_PROBE],
		[AC_MSG_RESULT([yes]); $1="$$1 $2"],
		[AC_MSG_RESULT([no])])
	CFLAGS=$kith_save_CFLAGS
])

dnl KITH_CC_FLAGS(VARIABLE, FLAGS): the same for a list that is split at blanks. Tried at once
dnl first; a compiler that lacks one is asked for each.
AC_DEFUN([KITH_CC_FLAGS], [
	AC_MSG_CHECKING([whether the compiler takes m4_count(m4_unquote(m4_split(m4_normalize([$2])))) flags from m4_car(m4_unquote(m4_split(m4_normalize([$2]))))])
	kith_save_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS -Werror $$1 m4_normalize([$2])"
	AC_LINK_IFELSE([KITH_PROBE],
		[kith_all=yes], [kith_all=no])
	CFLAGS=$kith_save_CFLAGS
	AC_MSG_RESULT([$kith_all])
	AS_IF([test "x$kith_all" = xyes], [$1="$$1 m4_normalize([$2])"],
		[m4_foreach_w([kith_flag], [$2], [KITH_CC_FLAG([$1], m4_defn([kith_flag]))])])
])

dnl KITH_LD_FLAG(VARIABLE, FLAG, [IF-YES]): append FLAG to VARIABLE if a program links with it.
AC_DEFUN([KITH_LD_FLAG], [
	AC_MSG_CHECKING([whether programs link with $2])
	kith_save_LDFLAGS=$LDFLAGS
	LDFLAGS="$LDFLAGS $2"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
		[AC_MSG_RESULT([yes]); $1="$$1 $2"; $3],
		[AC_MSG_RESULT([no])])
	LDFLAGS=$kith_save_LDFLAGS
])

dnl KITH_MISSING(WHAT, DEBIAN-PACKAGE): stop with the sentence that names the cure.
AC_DEFUN([KITH_MISSING],
	[AC_MSG_ERROR([$1 was not found; install it (on Debian: apt-get install $2).])])

dnl KITH_NEED_PKG(VARIABLE, MODULES, WHAT, DEBIAN-PACKAGE): a library that has a pkg-config file.
AC_DEFUN([KITH_NEED_PKG],
	[PKG_CHECK_MODULES([$1], [$2], [], [KITH_MISSING([$3], [$4])])])

dnl KITH_NEED_HEADER(HEADER, WHAT, DEBIAN-PACKAGE): a library that is known by its header only.
AC_DEFUN([KITH_NEED_HEADER],
	[AC_CHECK_HEADER([$1], [], [KITH_MISSING([$2], [$3])])])
