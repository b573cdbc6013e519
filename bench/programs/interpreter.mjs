// A byte-code interpreter: one loop around a switch.
const PUSH = 0; const LOAD = 1; const STORE = 2; const ADD = 3; const MULTIPLY = 4; const MODULO = 5; const LESS = 6; const JUMP = 7; const UNLESS = 8; const HALT = 9
const code = [PUSH, 0, STORE, 0, PUSH, 1, STORE, 1, LOAD, 0, PUSH, 250_000, LESS, UNLESS, 33, LOAD, 1, PUSH, 31, MULTIPLY, LOAD, 0, ADD, PUSH, 10_007, MODULO, STORE, 1, LOAD, 0, PUSH, 1, ADD, STORE, 0, JUMP, 8, HALT]
code[14] = code.length - 1
export function run () {
  const stack = []
  const variables = [0, 0]
  let at = 0
  for (;;) {
    switch (code[at++]) {
      case PUSH: stack.push(code[at++]); break
      case LOAD: stack.push(variables[code[at++]]); break
      case STORE: variables[code[at++]] = stack.pop(); break
      case ADD: { const b = stack.pop(); stack.push(stack.pop() + b); break }
      case MULTIPLY: { const b = stack.pop(); stack.push(stack.pop() * b); break }
      case MODULO: { const b = stack.pop(); stack.push(stack.pop() % b); break }
      case LESS: { const b = stack.pop(); stack.push(stack.pop() < b); break }
      case JUMP: at = code[at]; break
      case UNLESS: { const to = code[at++]; if (!stack.pop()) at = to; break }
      case HALT: return variables[1]
    }
  }
}
