#!/bin/sh
# MPI-IO through the library: four ranks of our own little program do non-blocking I/O on one file,
# under MPICH, whose ROMIO is built on POSIX AIO, and under Open MPI, whose ompio is. The program
# compares every byte; the counters of the four processes tell that the requests came to us.
#
#     mpi_test.sh CLIENT_SH UAIO POLICY SOURCE
set -eu

uaio=$2 order=$3
source=$(readlink -f "$4")
# shellcheck source=tests/clients/client.sh
. "$1"

# Four ranks with 64 writes and 64 reads each, every one of them by AIO.
expect_all_ours() {
    grep -q '4 ranks, 0 wrong blocks' output || fail "$1: $(cat output)"
    expect_counted 256 'reads performed' 'writes performed'
    expect_equal 'reads submitted' 'reads performed'
    expect_equal 'writes submitted' 'writes performed'
    [ "$(counter failed)" -eq 0 ] || fail "$1: requests failed"
}

need mpicc.mpich
need mpirun.mpich
mpicc.mpich -O1 -o mpich_io "$source"
run_client mpirun.mpich -n 4 ./mpich_io shared.mpich
expect_all_ours MPICH

# Open MPI wants to be told that root is meant, and that there may be fewer cores than ranks.
need mpicc.openmpi
need mpirun.openmpi
mpicc.openmpi -O1 -o openmpi_io "$source"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 HOME="$scratch"
# It names the memory that ranks share, and the folder of a run, by the process's number, which
# another test may have too while it runs: each sandbox counts its own.
export OMPI_MCA_btl_vader_backing_directory="$scratch" OMPI_MCA_orte_tmpdir_base="$scratch"
run_client mpirun.openmpi --oversubscribe --mca btl self,vader --mca io ompio -n 4 \
    ./openmpi_io shared.openmpi
expect_all_ours 'Open MPI'
