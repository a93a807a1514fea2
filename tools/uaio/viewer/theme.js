'use strict';
// Light or dark: as the system says, until the reader chooses. Runs before anything is shown.

const kTheme = (() => {
    const root = document.documentElement;
    const system = matchMedia('(prefers-color-scheme: dark)');
    let chosen;
    const apply = () => { root.dataset.theme = chosen ?? (system.matches ? 'dark' : 'light'); };
    apply();
    return {
        toggle() {
            chosen = root.dataset.theme === 'dark' ? 'light' : 'dark';
            apply();
        },
        // Calls `changed` whenever the system changes its mind.
        onSystemChange(changed) {
            system.addEventListener('change', () => {
                apply();
                changed();
            });
        },
    };
})();
