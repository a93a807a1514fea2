// Marks what programs call: everything else is hidden, and the version scripts list it by name.
#pragma once

#define UAIO_EXPORT extern "C" __attribute__((visibility("default")))
