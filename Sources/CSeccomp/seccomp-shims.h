// libseccomp for Swift.
#pragma once
#include <seccomp.h>
