/* Runs a program under a filter for system calls that refuses the kernel's AIO:

       refuse_aio NAME PROGRAM ARGUMENTS...

   NAME is the error that io_setup and the others give: ENOSYS, as on a kernel without AIO, or
   EPERM, as in a container that forbids it. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REFUSE(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), refusal

int main(int count, char** words) {
    if (count < 3) return 2;
    unsigned error = strcmp(words[1], "EPERM") == 0 ? EPERM : ENOSYS;
    struct sock_filter refusal = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        REFUSE(SYS_io_setup),
        REFUSE(SYS_io_destroy),
        REFUSE(SYS_io_submit),
        REFUSE(SYS_io_cancel),
        REFUSE(SYS_io_getevents),
        REFUSE(SYS_io_pgetevents),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        perror("refuse_aio: prctl");
        return 125;
    }
    execvp(words[2], words + 2);
    perror(words[2]);
    return 127;
}
