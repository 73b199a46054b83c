# SPDX-License-Identifier: ISC

unit_tests +=
