// How often memory was allocated: malloc and its siblings, counted in front of the C library's own.
#pragma once

/// Allocations of this thread since it began.
unsigned long counted_allocations(void);
