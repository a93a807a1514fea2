// Channel: the way of an open file's operations to the engine and back to the file's executor.
//
// There (outstanding.hpp). start() notes the operation as outstanding and submits it.
//
// Back (ended.hpp). The engine calls done() on some thread, which pushes the operation and perhaps
// posts a drain() to the executor (channel_on.hpp), which ends one operation.
//
// Who keeps what alive. `users_`: the open file, and each operation until the engine has done with
// its descriptor; the last one closes the descriptor. `inside_`: operations that the engine has not
// called back for, to the end of the call; who destroys the context, forks or releases the
// descriptor waits until there are none. `references_`: the file, operations as in `inside_`, the
// drain and cancellation slots; the last one deletes the channel. An operation that has ended is
// kept by the drain.
#pragma once

#include <errno.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include <uaio/asio/detail/ended.hpp>
#include <uaio/asio/detail/operation.hpp>
#include <uaio/asio/detail/outstanding.hpp>
#include <uaio/asio/detail/registry.hpp>

namespace uaio::asio::detail {

class Channel : public Registered {
  public:
    Channel(std::shared_ptr<Registry> registry, int fd) : registry_(std::move(registry)), fd_(fd) {
        registry_->add(*this);
    }
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    int fd() const { return fd_; }

    // Takes the operation over, unless it throws (std::bad_alloc); it ends some time after, never
    // before the call returns. `key` from next_key(), if the operation has a cancellation slot.
    void start(Operation& operation) {
        operation.channel = this;
        operation.request.fd = fd_;
        operation.request.done = done;
        operation.request.user = &operation;
        if (enlist(operation)) {
            submit(operation);
        } else {
            operation.end(operation, false);
        }
    }

    std::uint64_t next_key() {
        // Relaxed: a number, no order.
        return last_key_.fetch_add(1, std::memory_order_relaxed) + 1;
    }

    // Withdraws what has not begun: all, or the operation with that key.
    void cancel() {
        std::lock_guard lock(mutex_);
        for (Operation* each = outstanding_.first(); each != nullptr; each = each->after) {
            each->unwanted.store(true, std::memory_order_relaxed);  // as in cancel(key)
        }
        withdraw_all();
    }
    void cancel(std::uint64_t key) {
        std::lock_guard lock(mutex_);
        if (Operation* operation = outstanding_.find(key)) {
            // Relaxed: the engine's lock, in withdraw(), orders it before the end that it causes.
            operation->unwanted.store(true, std::memory_order_relaxed);
            withdraw(*operation);
        }
    }

    // The file is closed: withdraws what has not begun, and closes the descriptor, or leaves that
    // to the last operation that runs. Returns an errno value of close(2), or 0.
    int close() {
        cancel();
        return leave_descriptor();
    }

    // Instead: the descriptor is the caller's, and nobody here uses it any more.
    int release() {
        cancel();
        withdraw_and_wait();
        owns_descriptor_ = false;
        leave_descriptor();
        return fd_;
    }

    // The context is being destroyed, in three steps, each of all channels before the next one,
    // because a handler may own what another channel's operations are using: nothing is started any
    // more; the engine has nothing any more; nothing is outstanding, no handler will be called, and
    // nothing of the context is used.
    void refuse() {
        std::lock_guard lock(mutex_);
        shut_down_ = true;
    }
    void withdraw_and_wait() {
        if (process_ != ::getpid()) {  // a child whose parent said nothing of the fork to the
            return;                    // context: the engine here knows of no operations
        }
        // Pairs with leave(): either it sees the flag, or this sees that nobody is inside.
        awaited_.store(true, std::memory_order_seq_cst);
        for (;;) {
            {
                std::lock_guard lock(mutex_);
                withdraw_all();
            }
            std::unique_lock lock(wait_mutex_);
            if (nobody_inside_.wait_for(lock, kWithdrawAgain, [this] {
                    return inside_.load(std::memory_order_seq_cst) == 0;
                })) {
                break;
            }
        }
        awaited_.store(false, std::memory_order_relaxed);
    }
    void discard() {
        forget_executor();
        if (std::exchange(kept_, false)) {
            release_reference();  // not the last one: the caller has another
        }
        Operation* operation = nullptr;
        {
            std::lock_guard lock(mutex_);
            operation = outstanding_.take_all();  // what is on the stack of those that ended too
        }
        end_unheard(operation);
        end_unheard(ended_.take_ready());
    }

    // Around a fork, in steps as above, because a sync waits for the writes of all files. Before
    // it syncs are withdrawn, and then, with withdraw_and_wait(), the rest. After it, in the parent
    // and in the child, what has not begun is submitted again: first transfers, then syncs. What
    // has been cancelled in between ends so.
    void prepare_fork() {
        forking_.store(true, std::memory_order_relaxed);  // the engine's lock orders it
        std::lock_guard lock(mutex_);
        for (Operation* each = outstanding_.first(); each != nullptr; each = each->after) {
            if (is_sync(*each)) {
                withdraw(*each);
            }
        }
    }
    void go_on() {
        forking_.store(false, std::memory_order_relaxed);  // nothing is withdrawn just now
        if (process_ != ::getpid()) {
            process_ = ::getpid();
            // A thread of the parent may have been in leave().
            new (&wait_mutex_) std::mutex;
            new (&nobody_inside_) std::condition_variable;
        }
    }
    void resume(bool syncs) {
        std::lock_guard lock(mutex_);
        for (Operation* each = outstanding_.first(); each != nullptr; each = each->after) {
            if (is_sync(*each) != syncs || !std::exchange(each->again, false)) {
                continue;
            }
            if (!each->unwanted.load(std::memory_order_relaxed)) {  // nobody else is at work
                submit(*each);
            } else if (ended_.push(*each)) {
                post_drain();
            }
        }
    }

    // Whether functions that it posts run on that executor.
    template <class Executor>
    bool runs_on(const Executor& executor) const;

    // The executor has destroyed a drain without making it, as a strand does whose context ends.
    // Its reference, perhaps the last, stays until discard(), if that is yet to come.
    void drop_drain() {
        {
            std::lock_guard lock(mutex_);
            if (!shut_down_) {
                kept_ = true;
                return;
            }
        }
        release_reference();
    }

    // Ends the next operation. On the executor, by the token's holder.
    void drain() {
        Operation* operation = next();
        if (operation != nullptr) {
            operation->end(*operation, true);
        }
    }

    void acquire() {
        // Relaxed: the caller has a reference.
        references_.fetch_add(1, std::memory_order_relaxed);
    }
    bool try_acquire() override {
        long references = references_.load(std::memory_order_relaxed);  // checked by the exchange
        while (references > 0 && !references_.compare_exchange_weak(references, references + 1,
                                                                    std::memory_order_relaxed)) {
        }
        return references > 0;
    }
    bool is_in_use() const override {
        return references_.load(std::memory_order_relaxed) > 0;  // zero is for ever
    }
    void release_reference() {
        // Acquire and release pair with each other: all use comes before the deletion.
        if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            registry_->goes(*this);
            forget_executor();
            registry_->remove(*this);
            delete this;
        }
    }

  protected:
    ~Channel() override = default;

    // Posts a drain() to the executor. There is nobody to tell of a failure: the program ends.
    virtual void post_drain() noexcept = 0;
    virtual void forget_executor() = 0;

    const void* executor_type_ = nullptr;  // constant after construction

  private:
    // How long a stream that was just being tried may take to wait for its data, and can be
    // withdrawn then.
    static constexpr std::chrono::milliseconds kWithdrawAgain{10};

    // --- there ---

    static bool is_sync(const Operation& operation) {
        return operation.request.opcode != UAIO_READ && operation.request.opcode != UAIO_WRITE;
    }

    bool enlist(Operation& operation) {
        std::lock_guard lock(mutex_);
        if (shut_down_) {
            return false;
        }
        outstanding_.add(operation);
        return true;
    }

    void submit(Operation& operation) {
        // Relaxed, all three: the engine hands them on to the thread that calls back.
        references_.fetch_add(1, std::memory_order_relaxed);
        inside_.fetch_add(1, std::memory_order_relaxed);
        users_.fetch_add(1, std::memory_order_relaxed);
        uaio_operation* request = &operation.request;
        int error = 0;
        if (uaio_submit(uaio_engine_shared(), &request, 1, &error) != 1) {
            done(&operation, -1, error);
        }
    }

    void withdraw(Operation& operation) {
        uaio_operation* request = &operation.request;
        uaio_cancel(uaio_engine_shared(), &request, 1);
    }

    // The newest first, so that none begins because the one before it has gone.
    void withdraw_all() {
        for (Operation* each = outstanding_.last(); each != nullptr; each = each->before) {
            withdraw(*each);
        }
    }

    // --- back ---

    // The engine's call. Once the push has made the operation known, it may be gone.
    static void done(void* user, ssize_t result, int error) {
        auto& operation = *static_cast<Operation*>(user);
        Channel& channel = *operation.channel;
        operation.result = result;
        operation.error = error;
        channel.leave_descriptor();
        if (error == ECANCELED && channel.forking_.load(std::memory_order_relaxed) &&
            !operation.unwanted.load(std::memory_order_relaxed)) {  // as forking_
            operation.again = true;
        } else {
            if (channel.ended_.push(operation)) {
                channel.post_drain();
            }
        }
        channel.leave();
    }

    int leave_descriptor() {
        // Acquire and release pair with each other: all use comes before the close.
        if (users_.fetch_sub(1, std::memory_order_acq_rel) != 1 || !owns_descriptor_) {
            return 0;
        }
        return ::close(fd_) == 0 ? 0 : errno;
    }

    void leave() {
        if (inside_.fetch_sub(1, std::memory_order_seq_cst) == 1 &&
            awaited_.load(std::memory_order_seq_cst)) {  // pairs with withdraw_and_wait()
            std::lock_guard lock(wait_mutex_);
            nobody_inside_.notify_all();
        }
        release_reference();
    }

    // The oldest that has ended. The next drain is posted before, if there may be more.
    Operation* next() {
        {
            std::lock_guard lock(mutex_);
            ended_.collect([this](Operation& operation) { outstanding_.remove(operation); });
        }
        bool more;
        Operation* operation = ended_.next(more);
        if (more) {
            post_drain();
        }
        return operation;
    }

    static void end_unheard(Operation* operation) {
        while (operation != nullptr) {
            Operation* following = operation->after;
            operation->end(*operation, false);
            operation = following;
        }
    }

    // Constant after construction.
    const std::shared_ptr<Registry> registry_;
    const int fd_;

    pid_t process_ = ::getpid();   // whose operations they are
    bool owns_descriptor_ = true;  // changed by release(), when there are no other users

    std::atomic<long> references_{1};
    std::atomic<long> users_{1};
    std::atomic<long> inside_{0};
    std::atomic<bool> awaited_{false};
    std::atomic<bool> forking_{false};
    std::atomic<std::uint64_t> last_key_{0};
    Ended ended_;

    // Guarded by mutex_, which is held while the engine withdraws, and so while done() runs then;
    // done() must not take it.
    std::mutex mutex_;
    Outstanding outstanding_;
    bool shut_down_ = false;
    bool kept_ = false;  // a reference is the channel's own

    std::mutex wait_mutex_;  // for the condition alone
    std::condition_variable nobody_inside_;
};

// A reference to a channel.
class ChannelRef {
  public:
    ChannelRef() = default;
    explicit ChannelRef(Channel* channel) : channel_(channel) {}  // takes the first one over
    ChannelRef(const ChannelRef& other) : channel_(other.channel_) {
        if (channel_ != nullptr) {
            channel_->acquire();
        }
    }
    ChannelRef(ChannelRef&& other) noexcept : channel_(std::exchange(other.channel_, nullptr)) {}
    ChannelRef& operator=(ChannelRef other) noexcept {
        std::swap(channel_, other.channel_);
        return *this;
    }
    ~ChannelRef() {
        if (channel_ != nullptr) {
            channel_->release_reference();
        }
    }

    Channel* operator->() const { return channel_; }
    Channel& operator*() const { return *channel_; }
    explicit operator bool() const { return channel_ != nullptr; }

  private:
    Channel* channel_ = nullptr;
};

}  // namespace uaio::asio::detail
