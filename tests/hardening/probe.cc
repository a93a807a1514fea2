// Code in which each measure of the compiler leaves a trace in the object: hardening_test.sh looks
// for it. The flags are those of every core library.
#include <stddef.h>
#include <string.h>

extern "C" {

char room[8];
void look_at(int* numbers);

// A small array that is not of characters: only -fstack-protector-strong guards it.
void keep_numbers() {
    int numbers[2] = {0, 0};
    look_at(numbers);
}

#if _FORTIFY_SOURCE >= 2
// The size of the room is known, so the copy is checked.
void fill_room(const char* from, size_t bytes) {
    memcpy(room, from, bytes);
}
#endif

}  // extern "C"
