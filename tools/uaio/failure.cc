#include "tools/uaio/failure.h"

#include <system_error>

namespace uaio::tools {

Failure system_failure(int status, const std::string& message, int error) {
    return Failure(status, message + ": " + std::generic_category().message(error));
}

}  // namespace uaio::tools
