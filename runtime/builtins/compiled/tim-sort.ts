/**
 * TimSort, as Tim Peters describes it (CPython, Objects/listsort.txt), with the choices that V8 made: a program that looks at
 * its comparisons sees the same ones in the same order. All state is in locals and plain arrays, so a sort can be captured
 * in the middle of a comparison.
 */
import { copyWithin, min, sliceOf, type Compare } from '../spec.js'

const MIN_GALLOP = 7

interface Sorting {
  readonly work: unknown[]
  readonly compare: Compare
  /** Runs that wait to be merged: where each begins, and its length. */
  readonly starts: number[]
  readonly lengths: number[]
  minGallop: number
}

export function timSort (work: unknown[], compare: Compare, bisectsShort: boolean): void {
  let remaining = work.length
  if (remaining < 2) return
  if (bisectsShort && remaining < 8) {
    insertionSort(work, compare, 0, 1, remaining)
    return
  }
  const sorting: Sorting = { work, compare, starts: [], lengths: [], minGallop: MIN_GALLOP }
  const { starts, lengths } = sorting
  const minRun = minRunLength(remaining)
  let low = 0
  while (remaining > 0) {
    let length = countRun(work, compare, low, low + remaining)
    if (length < minRun) {
      const forced = min(minRun, remaining)
      insertionSort(work, compare, low, low + length, low + forced)
      length = forced
    }
    starts[starts.length] = low
    lengths[lengths.length] = length
    low += length
    remaining -= length
    collapse(sorting)
  }
  for (let at = lengths.length - 2; at >= 0; at = lengths.length - 2) {
    if (at > 0 && lengths[at - 1] < lengths[at + 1]) at--
    mergeAt(sorting, at)
  }
}

/** Between 32 and 64, so that the number of runs is a power of two or a little less. */
function minRunLength (count: number): number {
  let lowBits = 0
  let length = count
  while (length >= 64) {
    lowBits |= length & 1
    length >>= 1
  }
  return length + lowBits
}

/** The length of the run at `low`; a descending one is turned round. */
function countRun (work: unknown[], compare: Compare, low: number, high: number): number {
  if (low + 1 === high) return 1
  const isDescending = +compare(work[low + 1], work[low]) < 0
  let end = low + 2
  for (; end < high; end++) {
    const descends = +compare(work[end], work[end - 1]) < 0
    if (descends !== isDescending) break
  }
  if (isDescending) reverse(work, low, end)
  return end - low
}

function reverse (work: unknown[], from: number, to: number): void {
  for (let low = from, high = to - 1; low < high; low++, high--) {
    const value = work[low]
    work[low] = work[high]
    work[high] = value
  }
}

/** By bisection; what stands before `start` is sorted. */
function insertionSort (work: unknown[], compare: Compare, low: number, start: number, high: number): void {
  for (let at = start === low ? start + 1 : start; at < high; at++) {
    const pivot = work[at]
    let left = low
    let right = at
    while (left < right) {
      const middle = left + ((right - left) >> 1)
      if (+compare(pivot, work[middle]) < 0) right = middle
      else left = middle + 1
    }
    for (let to = at; to > left; to--) work[to] = work[to - 1]
    work[left] = pivot
  }
}

/** Each run is longer than the two behind it together. */
function holds (lengths: readonly number[], at: number): boolean {
  return at < 2 || lengths[at - 2] > lengths[at - 1] + lengths[at]
}

function collapse (sorting: Sorting): void {
  const { lengths } = sorting
  while (lengths.length > 1) {
    let at = lengths.length - 2
    if (!holds(lengths, at + 1) || !holds(lengths, at)) {
      if (lengths[at - 1] < lengths[at + 1]) at--
      mergeAt(sorting, at)
    } else if (lengths[at] <= lengths[at + 1]) mergeAt(sorting, at)
    else return
  }
}

function mergeAt (sorting: Sorting, at: number): void {
  const { work, compare, starts, lengths } = sorting
  const startB = starts[at + 1]
  const count = lengths.length
  let startA = starts[at]
  let lengthA = lengths[at]
  let lengthB = lengths[at + 1]
  lengths[at] = lengthA + lengthB
  if (at === count - 3) {
    starts[at + 1] = starts[at + 2]
    lengths[at + 1] = lengths[at + 2]
  }
  starts.length = lengths.length = count - 1
  // What of A is in its place already, and of B.
  const skipped = gallopRight(work, compare, work[startB], startA, lengthA, 0)
  startA += skipped
  lengthA -= skipped
  if (lengthA === 0) return
  lengthB = gallopLeft(work, compare, work[startA + lengthA - 1], startB, lengthB, lengthB - 1)
  if (lengthB === 0) return
  if (lengthA <= lengthB) mergeLow(sorting, startA, lengthA, startB, lengthB)
  else mergeHigh(sorting, startA, lengthA, startB, lengthB)
}

/** Where `key` belongs in a run, before what equals it; looked for from `hint` in growing steps, then by bisection. */
function gallopLeft (list: unknown[], compare: Compare, key: unknown, base: number, length: number, hint: number): number {
  let last = 0
  let offset = 1
  if (+compare(list[base + hint], key) < 0) {
    const most = length - hint
    while (offset < most && +compare(list[base + hint + offset], key) < 0) {
      last = offset
      offset = (offset << 1) + 1
    }
    if (offset > most) offset = most
    last += hint
    offset += hint
  } else {
    const most = hint + 1
    while (offset < most && !(+compare(list[base + hint - offset], key) < 0)) {
      last = offset
      offset = (offset << 1) + 1
    }
    if (offset > most) offset = most
    const nearer = last
    last = hint - offset
    offset = hint - nearer
  }
  last++
  while (last < offset) {
    const middle = last + ((offset - last) >> 1)
    if (+compare(list[base + middle], key) < 0) last = middle + 1
    else offset = middle
  }
  return offset
}

/** … behind what equals it. */
function gallopRight (list: unknown[], compare: Compare, key: unknown, base: number, length: number, hint: number): number {
  let last = 0
  let offset = 1
  if (+compare(key, list[base + hint]) < 0) {
    const most = hint + 1
    while (offset < most && +compare(key, list[base + hint - offset]) < 0) {
      last = offset
      offset = (offset << 1) + 1
    }
    if (offset > most) offset = most
    const nearer = last
    last = hint - offset
    offset = hint - nearer
  } else {
    const most = length - hint
    while (offset < most && !(+compare(key, list[base + hint + offset]) < 0)) {
      last = offset
      offset = (offset << 1) + 1
    }
    if (offset > most) offset = most
    last += hint
    offset += hint
  }
  last++
  while (last < offset) {
    const middle = last + ((offset - last) >> 1)
    if (+compare(key, list[base + middle]) < 0) offset = middle
    else last = middle + 1
  }
  return offset
}

/** Merges neighbours from the left; A, the shorter, is moved aside. */
function mergeLow (sorting: Sorting, startA: number, countA: number, startB: number, countB: number): void {
  const { work, compare } = sorting
  const aside = sliceOf(work, startA, startA + countA)
  let lengthA = countA
  let lengthB = countB
  let to = startA
  let atA = 0
  let atB = startB
  work[to++] = work[atB++]
  lengthB--
  let { minGallop } = sorting
  let winsA = 0
  let winsB = 0
  let isGalloping = false
  // Ends when B is used up, or when only the last of A is left, which belongs behind B.
  while (lengthB > 0 && lengthA > 1) {
    if (!isGalloping) {
      if (+compare(work[atB], aside[atA]) < 0) {
        work[to++] = work[atB++]
        lengthB--
        winsB++
        winsA = 0
        if (lengthB === 0 || winsB < minGallop) continue
      } else {
        work[to++] = aside[atA++]
        lengthA--
        winsA++
        winsB = 0
        if (lengthA === 1 || winsA < minGallop) continue
      }
      isGalloping = true
      minGallop++
    }
    minGallop = minGallop > 2 ? minGallop - 1 : 1
    sorting.minGallop = minGallop
    winsA = gallopRight(aside, compare, work[atB], atA, lengthA, 0)
    if (winsA > 0) {
      for (let index = 0; index < winsA; index++) work[to++] = aside[atA++]
      lengthA -= winsA
      if (lengthA <= 1) break
    }
    work[to++] = work[atB++]
    if (--lengthB === 0) break
    winsB = gallopLeft(work, compare, aside[atA], atB, lengthB, 0)
    if (winsB > 0) {
      copyWithin(work, to, atB, atB + winsB)
      to += winsB
      atB += winsB
      lengthB -= winsB
      if (lengthB === 0) break
    }
    work[to++] = aside[atA++]
    if (--lengthA === 1) break
    if (winsA >= MIN_GALLOP || winsB >= MIN_GALLOP) continue
    isGalloping = false
    minGallop++
    sorting.minGallop = minGallop
    winsA = winsB = 0
  }
  if (lengthB > 0) {
    copyWithin(work, to, atB, atB + lengthB)
    to += lengthB
  }
  for (; lengthA > 0; lengthA--) work[to++] = aside[atA++]
}

/** Merges neighbours from the right; B, the shorter, is moved aside. */
function mergeHigh (sorting: Sorting, startA: number, countA: number, startB: number, countB: number): void {
  const { work, compare } = sorting
  const aside = sliceOf(work, startB, startB + countB)
  let lengthA = countA
  let lengthB = countB
  let to = startB + countB - 1
  let atA = startA + countA - 1
  let atB = countB - 1
  work[to--] = work[atA--]
  lengthA--
  let { minGallop } = sorting
  let winsA = 0
  let winsB = 0
  let isGalloping = false
  while (lengthA > 0 && lengthB > 1) {
    if (!isGalloping) {
      if (+compare(aside[atB], work[atA]) < 0) {
        work[to--] = work[atA--]
        lengthA--
        winsA++
        winsB = 0
        if (lengthA === 0 || winsA < minGallop) continue
      } else {
        work[to--] = aside[atB--]
        lengthB--
        winsB++
        winsA = 0
        if (lengthB === 1 || winsB < minGallop) continue
      }
      isGalloping = true
      minGallop++
    }
    minGallop = minGallop > 2 ? minGallop - 1 : 1
    sorting.minGallop = minGallop
    winsA = lengthA - gallopRight(work, compare, aside[atB], startA, lengthA, lengthA - 1)
    if (winsA > 0) {
      to -= winsA
      atA -= winsA
      copyWithin(work, to + 1, atA + 1, atA + 1 + winsA)
      lengthA -= winsA
      if (lengthA === 0) break
    }
    work[to--] = aside[atB--]
    if (--lengthB === 1) break
    winsB = lengthB - gallopLeft(aside, compare, work[atA], 0, lengthB, lengthB - 1)
    if (winsB > 0) {
      for (let index = 0; index < winsB; index++) work[to--] = aside[atB--]
      lengthB -= winsB
      if (lengthB <= 1) break
    }
    work[to--] = work[atA--]
    if (--lengthA === 0) break
    if (winsA >= MIN_GALLOP || winsB >= MIN_GALLOP) continue
    isGalloping = false
    minGallop++
    sorting.minGallop = minGallop
    winsA = winsB = 0
  }
  if (lengthA > 0 && lengthB === 1) {
    to -= lengthA
    atA -= lengthA
    copyWithin(work, to + 1, atA + 1, atA + 1 + lengthA)
    lengthA = 0
  }
  for (; lengthB > 0; lengthB--) work[to--] = aside[atB--]
}

/** From above by halves, for typed arrays. */
export function mergeSort (list: unknown[], compare: Compare): unknown[] {
  const other = sliceOf(list, 0, list.length)
  mergeHalves(other, list, compare, 0, list.length)
  return list
}

/** `from` and `into` hold the same; their roles change with each level. */
function mergeHalves (from: unknown[], into: unknown[], compare: Compare, low: number, high: number): void {
  const middle = low + ((high - low) >> 1)
  if (middle - low > 1) mergeHalves(into, from, compare, low, middle)
  if (high - middle > 1) mergeHalves(into, from, compare, middle, high)
  let left = low
  let right = middle
  for (let to = low; to < high; to++) {
    if (left < middle && (right >= high || !(+compare(from[left], from[right]) > 0))) into[to] = from[left++]
    else into[to] = from[right++]
  }
}
