/* An MPI program with non-blocking file I/O, as clusters have it: every rank writes its blocks of a
   shared file with MPI_File_iwrite_at, 64 under way, and reads its neighbour's back with
   MPI_File_iread_at. Knows nothing of uaio. Exit status 0: every byte was right. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum { kBlocks = 64, kBlockBytes = 65536 };

static unsigned char pattern(int rank, int block, int byte) {
    return (unsigned char)(rank * 31 + block * 7 + byte + byte / 256);
}

static MPI_Offset place_of(int rank, int ranks, int block) {
    return ((MPI_Offset)block * ranks + rank) * kBlockBytes;
}

static void write_blocks(MPI_File file, int rank, int ranks) {
    unsigned char *data = malloc((size_t)kBlocks * kBlockBytes);
    MPI_Request requests[kBlocks];
    for (int block = 0; block < kBlocks; ++block) {
        unsigned char *bytes = data + (size_t)block * kBlockBytes;
        for (int i = 0; i < kBlockBytes; ++i) bytes[i] = pattern(rank, block, i);
        MPI_File_iwrite_at(file, place_of(rank, ranks, block), bytes, kBlockBytes, MPI_BYTE,
                           &requests[block]);
    }
    MPI_Waitall(kBlocks, requests, MPI_STATUSES_IGNORE);
    free(data);
}

/* The number of blocks of `rank` that are not as it wrote them. */
static int count_wrong(MPI_File file, int rank, int ranks) {
    unsigned char *data = calloc(kBlocks, kBlockBytes);
    MPI_Request requests[kBlocks];
    MPI_Status statuses[kBlocks];
    for (int block = 0; block < kBlocks; ++block) {
        MPI_File_iread_at(file, place_of(rank, ranks, block), data + (size_t)block * kBlockBytes,
                          kBlockBytes, MPI_BYTE, &requests[block]);
    }
    MPI_Waitall(kBlocks, requests, statuses);
    int wrong = 0;
    for (int block = 0; block < kBlocks; ++block) {
        int bytes = 0;
        MPI_Get_count(&statuses[block], MPI_BYTE, &bytes);
        int good = 0;
        while (good < bytes &&
               data[(size_t)block * kBlockBytes + good] == pattern(rank, block, good)) {
            ++good;
        }
        wrong += good != kBlockBytes;
    }
    free(data);
    return wrong;
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int rank = 0, ranks = 0, wrong = 0, wrong_anywhere = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    MPI_File file;
    if (argc != 2 || MPI_File_open(MPI_COMM_WORLD, argv[1], MPI_MODE_CREATE | MPI_MODE_RDWR,
                                   MPI_INFO_NULL, &file) != MPI_SUCCESS) {
        fprintf(stderr, "usage: mpi_io FILE (one that can be made)\n");
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    write_blocks(file, rank, ranks);
    MPI_File_sync(file);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_File_sync(file);
    wrong = count_wrong(file, (rank + 1) % ranks, ranks);
    MPI_File_close(&file);
    MPI_Allreduce(&wrong, &wrong_anywhere, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0) printf("%d ranks, %d wrong blocks\n", ranks, wrong_anywhere);
    MPI_Finalize();
    return wrong_anywhere != 0;
}
