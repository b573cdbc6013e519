import { differential } from './suite.js'

differential('kill')
