// SPDX-License-Identifier: Apache-2.0
// Cairo as the system has it; pkg-config knows where.
#pragma once

#include <cairo.h>
