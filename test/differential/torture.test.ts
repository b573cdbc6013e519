import { differential } from './suite.js'

differential('torture')
