// What the C library's Swift module leaves out: inline functions and constants of Linux.
#pragma once
#include "passing.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/random.h>
