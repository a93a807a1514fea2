#include <libaio.h>

#include <dlfcn.h>
#include <errno.h>

#include <vector>

#include "tools/bench/other_drivers.h"
#include "tools/uaio/failure.h"
#include "tools/uaio/files.h"

namespace uaio::bench {
namespace {

using tools::Failure;
using tools::kExitFailure;
using tools::system_failure;

constexpr size_t kEventsMax = 64;  // taken at once; what more there are wait in the kernel

// Those of the system's library, or of another one.
struct LibaioFunctions {
    decltype(&io_setup) setup = io_setup;
    decltype(&io_destroy) destroy = io_destroy;
    decltype(&io_submit) submit = io_submit;
    decltype(&io_getevents) getevents = io_getevents;
};

class LibaioDriver : public Driver {
  public:
    LibaioDriver(const LibaioFunctions& functions, size_t depth)
        : functions_(functions), blocks_(depth) {
        int error = -functions_.setup(static_cast<int>(depth), &context_);
        if (error != 0) throw system_failure(kExitFailure, "io_setup", error);
    }
    ~LibaioDriver() override { functions_.destroy(context_); }

    void submit(size_t slot, const Operation& operation) override {
        iocb* block = &blocks_[slot];
        switch (operation.action) {
            case Action::kRead:
                io_prep_pread(block, operation.fd, operation.block, kBlockBytes, operation.offset);
                break;
            case Action::kWrite:
                io_prep_pwrite(block, operation.fd, operation.block, kBlockBytes, operation.offset);
                break;
            case Action::kSync:
                io_prep_fdsync(block, operation.fd);
                break;
        }
        int submitted = functions_.submit(context_, 1, &block);
        if (submitted != 1) throw system_failure(kExitFailure, "io_submit", -submitted);
    }

    Done collect() override {
        while (next_ == count_) wait();
        const io_event& event = events_[next_++];
        return {static_cast<size_t>(event.obj - blocks_.data()), static_cast<ssize_t>(event.res)};
    }

  private:
    void wait() {
        int count = functions_.getevents(context_, 1, kEventsMax, events_, nullptr);
        if (count < 0 && count != -EINTR)
            throw system_failure(kExitFailure, "io_getevents", -count);
        next_ = 0;
        count_ = count > 0 ? static_cast<size_t>(count) : 0;
    }

    LibaioFunctions functions_;
    io_context_t context_ = nullptr;
    std::vector<iocb> blocks_;
    io_event events_[kEventsMax];
    size_t next_ = 0;
    size_t count_ = 0;
};

// Installed or built, libaio.so.1 is in a place of its own beside libuaio.so.1.
std::string find_libaio(const std::string& library) {
    std::string directory = tools::directory_of(library);
    for (const char* place : {"/uaio/compat/", "/../libaio/", "/"}) {
        std::string found = tools::real_path(directory + place + "libaio.so.1");
        if (!found.empty()) return found;
    }
    throw Failure(kExitFailure, "no libaio.so.1 that belongs to " + library);
}

template <typename Function>
void take(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    if (function == nullptr) throw Failure(kExitFailure, std::string("libaio.so.1 has no ") + name);
}

LibaioFunctions functions_beside(const std::string& library) {
    void* libaio = dlopen(find_libaio(library).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (libaio == nullptr) throw Failure(kExitFailure, std::string("cannot load ") + dlerror());
    LibaioFunctions functions;
    take(libaio, "io_setup", functions.setup);
    take(libaio, "io_destroy", functions.destroy);
    take(libaio, "io_submit", functions.submit);
    take(libaio, "io_getevents", functions.getevents);
    return functions;
}

}  // namespace

std::unique_ptr<Driver> make_libaio_driver(size_t depth) {
    return std::make_unique<LibaioDriver>(LibaioFunctions(), depth);
}

DriverMaker uaio_libaio_driver_maker(const std::string& library) {
    LibaioFunctions functions = functions_beside(library);
    return [functions](size_t depth) { return std::make_unique<LibaioDriver>(functions, depth); };
}

}  // namespace uaio::bench
