// AsioFileDriver: files of Boost.Asio, or such as are used in the same way, with an io_context for
// each submitter, which alone runs it.
#pragma once

// The thread sanitizer knows no fences, and GCC says so. The context's own lock orders the same.
#if defined(__SANITIZE_THREAD__) && !defined(BOOST_ASIO_DISABLE_FENCED_BLOCK)
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#endif

#include <errno.h>
#include <fcntl.h>

#include <map>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>

#include "tools/bench/driver.h"
#include "tools/uaio/failure.h"

namespace uaio::bench {

// `File` takes io_context's executor; `Sync` starts an fdatasync of a file and calls its handler.
template <class File, class Sync>
class AsioFileDriver : public Driver {
  public:
    explicit AsioFileDriver(size_t depth) {
        ended_.reserve(depth);
        File first(context_);  // what the context needs for files is refused now, if at all
    }

    void submit(size_t slot, const Operation& operation) override {
        File& file = file_of(operation.fd);
        auto offset = static_cast<uint64_t>(operation.offset);
        auto buffer = boost::asio::buffer(operation.block, kBlockBytes);
        auto hear = [this, slot](const boost::system::error_code& error, size_t bytes) {
            ended_.push_back({slot, error ? -error.value() : static_cast<ssize_t>(bytes)});
        };
        switch (operation.action) {
            case Action::kRead:
                file.async_read_some_at(offset, buffer, hear);
                return;
            case Action::kWrite:
                file.async_write_some_at(offset, buffer, hear);
                return;
            case Action::kSync:
                Sync()(file, [hear](const boost::system::error_code& error) { hear(error, 0); });
                return;
        }
    }

    Done collect() override {
        while (ended_.empty()) {
            context_.restart();
            context_.run_one();
        }
        Done done = ended_.back();
        ended_.pop_back();
        return done;
    }

  private:
    // A file closes its descriptor, so it has one of its own.
    File& file_of(int fd) {
        auto found = files_.find(fd);
        if (found == files_.end()) {
            int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
            if (own < 0) throw tools::system_failure(tools::kExitFailure, "dup", errno);
            found = files_.try_emplace(fd, context_, own).first;
        }
        return found->second;
    }

    boost::asio::io_context context_{1};
    std::vector<Done> ended_;
    std::map<int, File> files_;
};

}  // namespace uaio::bench
