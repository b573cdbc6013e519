import { differential } from './suite.js'

differential('plain')
