#include "threadpool/base/check.h"

#include <stdlib.h>

#include "threadpool/base/message.h"

namespace uaio {

void check_failed(const char* file, int line, const char* condition) {
    Message message;
    message.text(file).text(":").number(line).text(": broken invariant: ").text(condition);
    message.send();
    abort();
}

}  // namespace uaio
