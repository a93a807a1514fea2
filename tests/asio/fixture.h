// What the cases of the suite share: a context, a folder of their own, and files in it.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/asio/subject.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"

namespace uaio::test {

// A folder that is gone when the object is.
class Folder {
  public:
    Folder() {
        std::string name = scratch_folder() + "/asio.XXXXXX";
        require(mkdtemp(name.data()) != nullptr, "mkdtemp");
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string path(const std::string& name) const { return path_ + "/" + name; }

    // A new file; returns its path.
    std::string make(const std::string& name, const std::string& contents) const {
        std::ofstream(path(name), std::ios::binary) << contents;
        return path(name);
    }

    std::string contents(const std::string& name) const {
        std::ifstream file(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

  private:
    std::string path_;
};

struct Fixture {
    Folder folder;
    net::io_context context;

    // Runs the context until there is no work, from the beginning.
    std::size_t run() {
        context.restart();
        return context.run();
    }
};

}  // namespace uaio::test
