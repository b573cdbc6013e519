// Building, slicing and searching strings; characters by code.
export function run () {
  let text = ''
  for (let i = 0; i < 40_000; i++) text += 'word' + (i % 97) + (i % 7 === 0 ? '\n' : ' ')
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  const lines = text.split('\n')
  let longest = ''
  for (const line of lines) {
    let reversed = ''
    for (const word of line.split(' ')) reversed = word + ' ' + reversed
    if (reversed.length > longest.length && reversed.includes('word13 ')) longest = reversed
  }
  return hash + longest.length
}
