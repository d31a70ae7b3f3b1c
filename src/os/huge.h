/*
 * huge: the program's own code and constants in huge pages.
 *
 * A forked process gets none of the page tables of what is mapped from a file: it pays a page fault
 * for each piece of code that it comes to. What lies in one huge page of anonymous memory it pays
 * for once. For a program that forks often and whose children live short.
 */
#ifndef OS_HUGE_H
#define OS_HUGE_H

/*
 * Moves the first `most` bytes of each segment that is not writable, and all that became read-only
 * when its addresses were filled in, to anonymous memory, with the same contents and rights at the
 * same place. Does nothing where a segment does not begin at a huge
 * page (link with -z max-page-size=2097152) or the kernel refuses: it is a gain, not a need. Call
 * it while there is one thread and memory may still be made executable.
 */
void huge_program(unsigned long most);

#endif
