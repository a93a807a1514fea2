// The environment of the engine: one text for each row of the table, as far as the input goes. What
// a row accepts is shown and accepted again, with the same result; what it refuses changes nothing;
// and whatever the texts hold, no more than a line for each refused one goes to standard error.
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "aio/options.h"
#include "tests/fuzz/bytes.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "threadpool/base/check.h"

namespace uaio::fuzz {
namespace {

using test::require;

constexpr size_t kShownMax = 4'096;

// What read_environment() says while it is read, in place of the harness's own standard error.
std::string said_by_reading(Options& options) {
    static test::ScratchFile file;
    require(ftruncate(file.fd(), 0) == 0 && lseek(file.fd(), 0, SEEK_SET) == 0, "empty the file");
    int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    require(saved >= 0 && dup2(file.fd(), STDERR_FILENO) >= 0, "redirect standard error");
    read_environment(options);
    require(dup2(saved, STDERR_FILENO) >= 0, "restore standard error");
    close(saved);
    return file.size() == 0 ? std::string() : file.contents();
}

std::string shown(const OptionRow& row, const Options& options) {
    char text[kShownMax];
    memset(text, '#', sizeof text);
    row.show(options, text, sizeof text);
    UAIO_CHECK(memchr(text, '\0', sizeof text) != nullptr);
    return text;
}

bool same(const Options& one, const Options& other) {
    return std::all_of(
        std::begin(kOptionTable), std::end(kOptionTable),
        [&](const OptionRow& row) { return shown(row, one) == shown(row, other); });
}

// Returns whether the row accepts the text.
bool offer(const OptionRow& row, const std::string& text) {
    Options options;
    if (!row.set(options, text.c_str())) {
        UAIO_CHECK(same(options, Options()));
        return false;
    }
    UAIO_CHECK(options.threads >= 1 && options.threads <= kWorkersMax);
    UAIO_CHECK(options.idle_ms >= 0 && options.idle_ms <= kIdleMsMax);
    std::string value = shown(row, options);
    Options again;
    bool is_path = options.stats != nullptr || options.trace != nullptr;
    UAIO_CHECK(is_path || value != "none" || row.set(again, ""));
    UAIO_CHECK(value == "none" || (row.set(again, value.c_str()) && shown(row, again) == value));
    return true;
}

}  // namespace
}  // namespace uaio::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace uaio::fuzz;
    Bytes bytes(data, size);
    long refused = 0;
    for (const uaio::OptionRow& row : uaio::kOptionTable) {
        unsetenv(row.name);
        if (bytes.empty()) continue;
        std::string text = bytes.text();
        refused += offer(row, text) ? 0 : 1;
        setenv(row.name, text.c_str(), 1);
    }
    uaio::Options options;
    std::string said = said_by_reading(options);
    UAIO_CHECK(std::count(said.begin(), said.end(), '\n') == refused);
    UAIO_CHECK(std::none_of(said.begin(), said.end(), [](unsigned char c) {
        return c != '\n' && (c < ' ' || c == 0x7f);
    }));
    return 0;
}
