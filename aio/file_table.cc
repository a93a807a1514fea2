#include "aio/file_table.h"

#include "threadpool/base/check.h"

namespace uaio {

void FileTable::add_write(Request& write) {
    UAIO_CHECK(write.wave != nullptr);
    const Identity& identity = write.operation.descriptor.identity;
    Wave** newest = newest_of(identity);
    if (*newest == nullptr || !(*newest)->syncs.empty()) {
        begin(*write.wave, newest, identity);
    } else {
        put_unused(*write.wave);
        write.wave = *newest;
    }
    ++write.wave->writes;
}

bool FileTable::pass_or_bar(Request& sync) {
    Wave* newest = *newest_of(sync.operation.descriptor.identity);
    if (newest == nullptr) {
        return true;
    }
    sync.wave = newest;
    newest->syncs.push_back(sync);
    return false;
}

void FileTable::remove_write(Request& write, void (*release)(void*, Request&), void* context) {
    Wave* wave = write.wave;
    UAIO_CHECK(wave->writes > 0);
    --wave->writes;
    write.wave = nullptr;
    while (wave != nullptr && wave->writes == 0) {
        while (wave->older == nullptr && !wave->syncs.empty()) {
            Request& sync = *wave->syncs.pop_front();
            sync.wave = nullptr;
            release(context, sync);
        }
        if (!wave->syncs.empty()) {  // they wait for an older one
            return;
        }
        Wave* newer = wave->newer;
        drop(*wave);
        wave = newer;
    }
}

void FileTable::remove_barred(Request& sync) {
    Wave& wave = *sync.wave;
    wave.syncs.remove(sync);
    sync.wave = nullptr;
    if (wave.writes == 0 && wave.syncs.empty()) {
        drop(wave);
    }
}

Wave** FileTable::bucket_of(const Identity& identity) {
    uint64_t mixed = (identity.inode ^ uint64_t{identity.device} << 40) * 0x9e3779b97f4a7c15u;
    return &buckets_[(mixed >> 32) % kFileBuckets];
}

// Where the newest wave of the file stands in its bucket, or null at the end of that.
Wave** FileTable::newest_of(const Identity& identity) {
    Wave** place = bucket_of(identity);
    while (*place != nullptr && (*place)->identity != identity) {
        place = &(*place)->next;
    }
    return place;
}

// `wave` is the newest now. The waves of a file have one identity, so that all of them are found in
// one bucket.
void FileTable::begin(Wave& wave, Wave** newest, const Identity& identity) {
    Wave* older = *newest;
    wave.identity = older != nullptr ? older->identity : identity;
    wave.writes = 0;
    wave.syncs = {};
    wave.older = older;
    wave.newer = nullptr;
    wave.next = older != nullptr ? older->next : nullptr;
    *newest = &wave;
    if (older != nullptr) {
        older->newer = &wave;
    } else {
        ++size_;
    }
}

void FileTable::drop(Wave& wave) {
    if (wave.older != nullptr) {
        wave.older->newer = wave.newer;
    }
    if (wave.newer != nullptr) {
        wave.newer->older = wave.older;
        put_unused(wave);
        return;
    }
    Wave** place = bucket_of(wave.identity);
    while (*place != &wave) {
        place = &(*place)->next;
    }
    if (wave.older != nullptr) {
        wave.older->next = wave.next;
        *place = wave.older;
    } else {
        *place = wave.next;
        --size_;
    }
    put_unused(wave);
}

void FileTable::put_unused(Wave& wave) {
    wave.next = unused_;
    unused_ = &wave;
}

Wave* FileTable::take_unused() {
    Wave* wave = unused_;
    if (wave != nullptr) {
        unused_ = wave->next;
    }
    return wave;
}

}  // namespace uaio
