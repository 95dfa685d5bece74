/** How to call squawk; nothing where it is not installed. */
export declare function squawk(): readonly string[];
