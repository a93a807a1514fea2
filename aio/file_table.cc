#include "aio/file_table.h"

#include "threadpool/base/check.h"

namespace uaio {

void FileTable::add_write(Request& write) {
    write.file = &find_or_add(write);
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
        if (oldest != nullptr && oldest->sequence < sync->sequence) {
            break;
        }
        file.syncs.remove(*sync);
        sync->file = nullptr;
        release(context, *sync);
    }
    drop_if_unused(file);
}

void FileTable::remove_barred(Request& sync) {
    File& file = *sync.file;
    file.syncs.remove(sync);
    sync.file = nullptr;
    drop_if_unused(file);
}

size_t FileTable::bucket_of(const Identity& identity) {
    uint64_t mixed = (identity.inode ^ identity.device << 40) * 0x9e3779b97f4a7c15u;
    return (mixed >> 32) % kFileBuckets;
}

File* FileTable::find(const Identity& identity) const {
    File* file = buckets_[bucket_of(identity)];
    while (file != nullptr && file->identity != identity) {
        file = file->next;
    }
    return file;
}

void FileTable::accept_spare(Request& request) {
    if (!request.file_given) {
        request.file_given = true;
        request.spare_file.next = free_;
        free_ = &request.spare_file;
    }
}

File& FileTable::find_or_add(Request& request) {
    accept_spare(request);
    const Identity& identity = request.operation.descriptor.identity;
    File* file = find(identity);
    if (file != nullptr) {
        return *file;
    }
    file = free_;
    UAIO_CHECK(file != nullptr);
    free_ = file->next;
    File*& bucket = buckets_[bucket_of(identity)];
    *file = {identity, {}, {}, bucket};
    bucket = file;
    ++size_;
    return *file;
}

void FileTable::drop_if_unused(File& file) {
    if (!file.writes.empty() || !file.syncs.empty()) {
        return;
    }
    File** link = &buckets_[bucket_of(file.identity)];
    while (*link != &file) {
        link = &(*link)->next;
    }
    *link = file.next;
    file.next = free_;
    free_ = &file;
    --size_;
}

}  // namespace uaio
