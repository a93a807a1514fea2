// The version of uaio, by https://semver.org rules. Changed together with CHANGELOG.md.
#pragma once

#define UAIO_VERSION_STRING "0.1.0"
