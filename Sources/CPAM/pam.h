// Linux-PAM for Swift: only postern-pam imports it.
#pragma once
#include <security/pam_appl.h>
#include <security/pam_ext.h>
