#include "tests/threadpool/crew.h"

#include <deque>

namespace uaio::test {
namespace {

void call(const std::function<void()>& hook) {
    if (hook) {
        hook();
    }
}

void raise_to(std::atomic<unsigned>& highest, unsigned value) {
    unsigned seen = highest.load();
    while (seen < value && !highest.compare_exchange_weak(seen, value)) {
    }
}

}  // namespace

Crew& Crew::hire(const Terms& terms) {
    static auto& crews = *new std::deque<Crew*>;  // keeps all of them reachable for ever
    return *crews.emplace_back(new Crew(terms));
}

Crew::Crew(const Terms& terms)
    : owner_{.name = "uaio-w",
             .context = this,
             .serve = serve,
             .pending = pending,
             .needed = needed,
             .observe = observe,
             .stack_bytes = terms.stack_bytes,
             .runs_program_code = terms.runs_program_code} {
    pool.configure(owner_, terms.threads_max, terms.idle_ns);
}

void Crew::put(Job& job) {
    inbox_.put(&job, &job);
}

void Crew::post(Job& job) {
    put(job);
    if (!pool.notify()) {
        do_all();
    }
}

void Crew::do_all() {
    while (Job* job = next()) {
        work(*job);
    }
}

void Crew::wait_for(const std::function<bool()>& condition) {
    while (!condition()) {
        changes_.wait();
    }
}

// A thread counts as started only after it was made, when it may have left already.
void Crew::wait_until_gone() {
    wait_for([this] { return !has_jobs() && pool.threads() == 0 && started == left; });
}

void Crew::dismiss() {
    pool.stop();
}

void Crew::reset() UAIO_UNCHECKED {
    pool.reset();
    lock_.reset();
    inbox_.reset();
    jobs_ = {};
    jobs_count_ = 0;
    ready_ = 0;
    started = left = 0;
}

// One job out of the list, after all of the inbox has gone in.
Job* Crew::next() {
    Hold hold(lock_);
    for (Job* job = inbox_.take_all(); job != nullptr;) {
        Job* following = job->inbox_next;
        jobs_.push_back(*job);
        ++jobs_count_;
        job = following;
    }
    Job* job = jobs_.pop_front();
    jobs_count_ -= job != nullptr;
    ready_ = jobs_count_;
    return job;
}

// A body that ends its thread takes its leave by way of destructors.
void Crew::work(Job& job) {
    struct End {
        ~End() { crew.ended(job); }
        Crew& crew;
        Job& job;
    } end{*this, job};
    raise_to(inside_seen, ++inside_);
    job.body();
}

void Crew::ended(Job& job) {
    --inside_;
    Bell* bell = job.bell;
    ++job.runs;
    if (bell != nullptr) {
        bell->ring();
    }
    changes_.ring();
}

void Crew::serve(void* context, Pool::Seat& seat) {
    auto& self = *static_cast<Crew*>(context);
    call(self.at_begin);
    while (Job* job = self.next()) {
        seat.found();
        if (self.owner_.runs_program_code) {
            seat.leave_another();
        }
        self.work(*job);
        if (!seat.valid()) {
            return;
        }
        if (self.at_search) {
            seat.search();
            self.at_search();
        }
    }
    call(self.at_end);
}

bool Crew::pending(void* context) {
    auto& self = *static_cast<Crew*>(context);
    bool answer = self.has_jobs();
    call(self.at_look);
    return answer;
}

bool Crew::needed(void* context) {
    auto& self = *static_cast<Crew*>(context);
    return self.at_need && self.at_need();
}

bool Crew::has_jobs() const {
    return !inbox_.empty() || ready_ != 0;
}

void Crew::observe(void* self, Pool::Event event, unsigned threads) {
    static_cast<Crew*>(self)->note(event, threads);
}

void Crew::note(Pool::Event event, unsigned threads) {
    raise_to(threads_seen, threads);
    if (event == Pool::Event::kLeft) {
        left_ns = now_ns();
    }
    std::atomic<unsigned>& count = event == Pool::Event::kStarted   ? started
                                   : event == Pool::Event::kLeft    ? left
                                   : event == Pool::Event::kRefused ? refused
                                                                    : woken;
    ++count;
    changes_.ring();
}

}  // namespace uaio::test
