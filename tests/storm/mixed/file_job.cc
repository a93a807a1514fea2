#include "tests/storm/mixed/file_job.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>

#include "tests/support/require.h"

namespace uaio::test {

FileJob::FileJob(bool closes)
    : closes_(closes),
      file_(std::string(kCells * kCellBytes, '-')),
      fd_(file_.open_again(O_RDWR | O_CLOEXEC)),
      cells_(kCells, std::string(kCellBytes, '-')) {}

FileJob::~FileJob() {
    close(fd_);
}

// A cell has one request at a time, so that what it holds afterwards is known.
void FileJob::round(Random& random) {
    size_t slots = 1 + random() % kSlots;
    size_t first = random() % kCells;
    for (size_t i = 0; i < slots; ++i) {
        cell_of_[i] = (first + i) % kCells;
        prepare(i, random);
    }
    if (random() % 3 == 0) {
        submit_list(slots, random);
    } else {
        submit(slots, random);
    }
    disturb(random);
    for (size_t i = 0; i < slots; ++i) {
        account(i);
    }
    list_.wait_for_rings();
}

void FileJob::prepare(size_t slot, Random& random) {
    bool writes = random() % 2 == 0;
    std::string bytes(kCellBytes, '?');
    if (writes) {
        std::string stamp = std::to_string(++stamp_) + '/';
        for (size_t i = 0; i < kCellBytes; ++i) {
            bytes[i] = stamp[i % stamp.size()];
        }
    }
    Slot& used = slots_[slot];
    used.set(fd_, std::move(bytes), static_cast<off_t>(cell_of_[slot] * kCellBytes), random);
    used.block().aio_lio_opcode = writes ? LIO_WRITE : LIO_READ;
    used.block().aio_reqprio = static_cast<int>(random() % 3);
}

// Now and then a sync takes the place of a transfer.
void FileJob::submit(size_t slots, Random& random) {
    for (size_t i = 0; i < slots; ++i) {
        aiocb& block = slots_[i].block();
        if (random() % 8 == 0) {
            block.aio_lio_opcode = LIO_NOP;
            slots_[i].sync(random() % 2 == 0 ? O_SYNC : O_DSYNC);
        } else if (block.aio_lio_opcode == LIO_WRITE) {
            slots_[i].write();
        } else {
            slots_[i].read();
        }
    }
}

void FileJob::submit_list(size_t slots, Random& random) {
    aiocb* list[kSlots];
    for (size_t i = 0; i < slots; ++i) {
        list[i] = &slots_[i].block();
        slots_[i].submitted();
    }
    int length = static_cast<int>(slots);
    if (random() % 2 == 0) {
        sigevent event;
        list_.expect_ring(&event, random);
        require(lio_listio(LIO_NOWAIT, list, length, &event) == 0, "lio_listio");
        return;
    }
    // A request that somebody cancels makes it EIO; a signal ends the wait.
    int answer = lio_listio(LIO_WAIT, list, length, nullptr);
    require(answer == 0 || errno == EIO || errno == EINTR, "lio_listio");
}

void FileJob::disturb(Random& random) {
    switch (random() % 8) {
        case 0:
            require(aio_cancel(fd_, nullptr) >= 0, "aio_cancel");
            break;
        case 1:
            require(aio_cancel(fd_, &slots_[0].block()) >= 0, "aio_cancel");
            break;
        case 2:
            if (closes_) {
                require(close(fd_) == 0, "close");
                fd_ = file_.open_again(O_RDWR | O_CLOEXEC);
            }
            break;
        default:
            break;
    }
}

void FileJob::account(size_t slot) {
    Slot& used = slots_[slot];
    Outcome outcome = used.finish();
    if (outcome.error != 0) {
        check_equal("errno", ECANCELED, outcome.error);
        check_equal("result of what was cancelled", -1, outcome.result);
        return;
    }
    std::string& cell = cells_[cell_of_[slot]];
    if (used.block().aio_lio_opcode == LIO_NOP) {
        check_equal("result of a sync", 0, outcome.result);
        return;
    }
    check_equal("bytes transferred", kCellBytes, outcome.result);
    if (used.block().aio_lio_opcode == LIO_WRITE) {
        cell = used.bytes();
    }
    check_equal("a cell's bytes", 0, used.bytes().compare(cell));
}

void FileJob::check_contents() const {
    std::string all = std::accumulate(cells_.begin(), cells_.end(), std::string());
    check_equal("the file's bytes", 0, file_.contents().compare(all));
}

}  // namespace uaio::test
