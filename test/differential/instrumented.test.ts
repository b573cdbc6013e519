import { differential } from './suite.js'

differential('instrumented')
