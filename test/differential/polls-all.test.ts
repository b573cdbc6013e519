import { differential } from './suite.js'

differential('polls-all')
