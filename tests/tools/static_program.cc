// A program without a dynamic loader, which no preload library can get into.
int main() {
    return 0;
}
