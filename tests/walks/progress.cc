#include "tests/walks/progress.h"

#include <errno.h>
#include <stdio.h>

#include <cstring>
#include <fstream>
#include <stdexcept>

namespace uaio::test {
namespace {

[[noreturn]] void fail(const std::string& path, const char* why) {
    throw std::runtime_error(path + ": " + why);
}

}  // namespace

std::optional<Progress> load_progress(const std::string& path) {
    errno = 0;
    std::ifstream in(path);
    if (!in && errno == ENOENT) {
        return std::nullopt;
    }
    std::string seed;
    std::string next;
    std::string more;
    Progress progress{};
    in >> seed >> progress.seed >> next >> progress.next;
    if (!in || seed != "seed" || next != "next" || in >> more) {
        fail(path, "is no state of a search");
    }
    return progress;
}

void save_progress(const std::string& path, const Progress& progress) {
    std::string fresh = path + ".new";
    std::ofstream out(fresh);
    out << "seed " << progress.seed << "\nnext " << progress.next << '\n';
    out.close();
    if (!out || rename(fresh.c_str(), path.c_str()) != 0) {
        fail(path, std::strerror(errno));
    }
}

}  // namespace uaio::test
