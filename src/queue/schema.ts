/**
 * What all keys and channels of the queue begin with. Its number is that of their form: of the keys, of what stands in them, and
 * of messages. Another form takes the next number: then hosts of two versions on one Redis are two pools that know nothing
 * of each other, each serves its own clients, and none reads what it cannot.
 */
export const PREFIX = 'ssw:1:';
