#include "aio/file_table.h"

#include "threadpool/base/check.h"

namespace uaio {

void FileTable::add_write(Request& write) {
    UAIO_CHECK(write.file != nullptr);
    const Identity& identity = write.operation.descriptor.identity;
    File* known = find(identity);
    if (known == nullptr) {
        add(*write.file, identity);
    } else {
        put_unused(*write.file);
        write.file = known;
    }
    write.file->writes.push_back(write);
}

bool FileTable::pass_or_bar(Request& sync) {
    File* file = find(sync.operation.descriptor.identity);
    if (file == nullptr || file->writes.empty()) {
        return true;
    }
    sync.file = file;
    file->syncs.push_back(sync);
    return false;
}

void FileTable::remove_write(Request& write, void (*release)(void*, Request&), void* context) {
    File& file = *write.file;
    file.writes.remove(write);
    write.file = nullptr;
    const Request* oldest = file.writes.front();
    while (Request* sync = file.syncs.front()) {
        if (oldest != nullptr && sequence_of(oldest->order) < sequence_of(sync->order)) {
            break;
        }
        file.syncs.remove(*sync);
        sync->file = nullptr;
        release(context, *sync);
    }
    drop_if_idle(file);
}

void FileTable::remove_barred(Request& sync) {
    File& file = *sync.file;
    file.syncs.remove(sync);
    sync.file = nullptr;
    drop_if_idle(file);
}

size_t FileTable::bucket_of(const Identity& identity) {
    uint64_t mixed = (identity.inode ^ uint64_t{identity.device} << 40) * 0x9e3779b97f4a7c15u;
    return (mixed >> 32) % kFileBuckets;
}

File* FileTable::find(const Identity& identity) const {
    File* file = buckets_[bucket_of(identity)];
    while (file != nullptr && file->identity != identity) {
        file = file->next;
    }
    return file;
}

void FileTable::add(File& file, const Identity& identity) {
    File*& bucket = buckets_[bucket_of(identity)];
    file.identity = identity;
    file.writes = {};
    file.syncs = {};
    file.next = bucket;
    bucket = &file;
    ++size_;
}

void FileTable::drop_if_idle(File& file) {
    if (!file.writes.empty() || !file.syncs.empty()) {
        return;
    }
    File** link = &buckets_[bucket_of(file.identity)];
    while (*link != &file) {
        link = &(*link)->next;
    }
    *link = file.next;
    --size_;
    put_unused(file);
}

void FileTable::put_unused(File& file) {
    file.next = unused_;
    unused_ = &file;
}

File* FileTable::take_unused() {
    File* file = unused_;
    if (file != nullptr) {
        unused_ = file->next;
    }
    return file;
}

}  // namespace uaio
