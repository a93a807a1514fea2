// The thread sanitizer knows no fences, and GCC says so. The pool's own lock orders the same.
#ifdef __SANITIZE_THREAD__
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#endif

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "aio/options.h"
#include "tools/bench/done_queue.h"
#include "tools/bench/other_drivers.h"

namespace uaio::bench {
namespace {

using Pool = boost::asio::thread_pool;

class AsioDriver : public Driver {
  public:
    AsioDriver(std::shared_ptr<Pool> pool, size_t depth) : pool_(std::move(pool)), ended_(depth) {}

    void submit(size_t slot, const Operation& operation) override {
        boost::asio::post(*pool_, [this, slot, operation] {
            ended_.put({slot, perform(operation)});
        });
    }

    Done collect() override { return ended_.take(); }

  private:
    std::shared_ptr<Pool> pool_;
    DoneQueue ended_;
};

}  // namespace

DriverMaker asio_driver_maker() {
    auto pool = std::make_shared<Pool>(Options{}.threads);
    return [pool](size_t depth) { return std::make_unique<AsioDriver>(pool, depth); };
}

}  // namespace uaio::bench
