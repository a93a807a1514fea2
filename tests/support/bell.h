// Bell: a callback rings it, the test waits for it. Counts the rings that nobody waited for yet.
//
// A semaphore rather than a condition variable, because it may be rung from a signal handler and
// may be destroyed as soon as the last wait returned.
#pragma once

#include <errno.h>
#include <semaphore.h>

namespace uaio::test {

class Bell {
  public:
    Bell() { sem_init(&rings_, 0, 0); }
    ~Bell() { sem_destroy(&rings_); }
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;

    void ring() { sem_post(&rings_); }

    void wait(int rings = 1) {
        for (; rings > 0; --rings) {
            while (sem_wait(&rings_) != 0 && errno == EINTR) {
            }
        }
    }

    // Rings not waited for yet.
    int waiting() {
        int value = 0;
        sem_getvalue(&rings_, &value);
        return value;
    }

  private:
    sem_t rings_;
};

}  // namespace uaio::test
