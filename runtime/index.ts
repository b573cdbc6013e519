/** What a program may call, although the normal case is that it calls nothing. */
import { currentCheckpointer } from './checkpoint/run.js'

/** Asks for a snapshot at the next poll. Does nothing where the program was started without reprise. */
export function checkpoint (): void {
  currentCheckpointer()?.request()
}
