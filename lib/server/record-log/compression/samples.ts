/** The same text as each compressor has it: Kafka 4.3.1 with its own libraries, and those libraries by themselves. */

const ORDERS = 40;

export const SAMPLE_TEXT = Array.from({ length: ORDERS }, (_, index) => {
  const state = index % 3 === 0 ? 'paid' : 'packed';
  return `{"order":${(index * 7919) % 1000},"state":"${state}","at":${index}}\n`;
}).join('');

export interface Sample {
  readonly what: string;
  /** As in a batch's attributes. */
  readonly codec: number;
  readonly base64: string;
}

export const SAMPLES: readonly Sample[] = [
  {
    what: 'gzip, as Kafka’s own producer has it',
    codec: 1,
    base64:
      'H4sIAAAAAAAA/3XUsWoDQQwE0D6fsbWLlbS7kvw3h31FSJHgXGfy73FjmANNuwwaeAz7bN+P+/5o135pv8d27O3afrbPe7u07Xi9/n08' +
      '34mUxMzta3+nBFJhQVIKKZ9e9hlkli9yaUBq5iSpiSkZZd+CzDAjlxxSNpWkAlLqUvYlZCQ780R26ZQd3TXKQkH1HM5OIXwsBi8o7zHr' +
      'SoT3PtgttF/K7AXx59C6Eu3HEnYL+S0YvyK/ZpaVesIXOnr0F2P+iv5z1Y2In85mr8gfyfgV+UOsrkR8N7Z8Rf41Gb8i//T6xzHEH8G2' +
      'b8g/OuM35Dclnw7i62DjN/SXxfzt5F9/O4b4bPmG+KkM3+LUV/879qL/B5s2lt3rBQAA',
  },
  {
    what: 'snappy in xerial’s framing, as Kafka’s own producer has it',
    codec: 2,
    base64:
      'glNOQVBQWQAAAAABAAAAAQAAAfjrC4h7Im9yZGVyIjowLCJzdGF0ZSI6InBhaWQiLCJhdCI6MH0KexEiCDkxOS4kAAhja2URJgAxHSYI' +
      'ODM4WiYAADIdJgg3NTcuJgAVcAAzHSQINjc2LiQAHXAANB0mCDU5NVomAAA1LiYABDE0LiYAFXAANh0kCDQzMy4kAB1wADcdJggzNTJa' +
      'JgAAOB0mCDI3MS4mABVwADkdJAQxOTJ0AR1wADEudwEEMTBidwEueAEAMjJ3ARVxADEudgEEOTQydgEucgAueQEEODZeeQEAMS56AQQ3' +
      'ODJ6ARlzLnkBBDcwMnkBLnMALnwBBDYyXnwBADEufQEENTQyfQEZcy58AQQ0NjJ8AS5zAC5/AQQzOF5/AQAyLn8BBDI5Mn8BFXMAMjJ9' +
      'AQAxMn4BHXMAMi6AAQQxM16AAQAyLoABADUyfwEZci59AQQ5NzJ9AS5yAC5/AQQ4OV5/AQAyLn8BBDgxMn8BGXMufQEENzMyfQEucwAu' +
      'fwEENjVefwEAMi5/AQQ1NzJ/ARVzADMufQEENDgyfQEAY5lzADMufwEENDBefwEAMy5/AQQzMjJ/ARlzLn0BBDI0Mn4BLnMALoABBDE2' +
      'XoABADMygAEyfwEZci59ATJ7AS5wAC59AQQ5Ml59AQAzLn0BBDg0Mn0BMGlkIiwiYXQiOjM5fQo=',
  },
  {
    what: 'bare snappy',
    codec: 2,
    base64:
      '6wuIeyJvcmRlciI6MCwic3RhdGUiOiJwYWlkIiwiYXQiOjB9CnsRIgg5MTkuJAAIY2tlESYAMR0mCDgzOFomAAAyHSYINzU3LiYAFXAA' +
      'Mx0kCDY3Ni4kAB1wADQdJgg1OTVaJgAANS4mAAQxNC4mABVwADYdJAg0MzMuJAAdcAA3HSYIMzUyWiYAADgdJggyNzEuJgAVcAA5HSQE' +
      'MTkydAEdcAAxLncBBDEwYncBLngBADIydwEVcQAxLnYBBDk0MnYBLnIALnkBBDg2XnkBADEuegEENzgyegEZcy55AQQ3MDJ5AS5zAC58' +
      'AQQ2Ml58AQAxLn0BBDU0Mn0BGXMufAEENDYyfAEucwAufwEEMzhefwEAMi5/AQQyOTJ/ARVzADIyfQEAMTJ+AR1zADIugAEEMTNegAEA' +
      'Mi6AAQA1Mn8BGXIufQEEOTcyfQEucgAufwEEODlefwEAMi5/AQQ4MTJ/ARlzLn0BBDczMn0BLnMALn8BBDY1Xn8BADIufwEENTcyfwEV' +
      'cwAzLn0BBDQ4Mn0BAGOZcwAzLn8BBDQwXn8BADMufwEEMzIyfwEZcy59AQQyNDJ+AS5zAC6AAQQxNl6AAQAzMoABMn8BGXIufQEyewEu' +
      'cAAufQEEOTJefQEAMy59AQQ4NDJ9ATBpZCIsImF0IjozOX0K',
  },
  {
    what: 'lz4, as Kafka’s own producer has it',
    codec: 3,
    base64:
      'BCJNGGBAgtgBAAD1E3sib3JkZXIiOjAsInN0YXRlIjoicGFpZCIsImF0IjowfQoiADg5MTkkADRja2UmABcxJgA/ODM4JgAEFzImADg3' +
      'NTcmAAVwABczJAA4Njc2JAAHcAAXNCYAPzU5NSYABBg1JgAoMTQmAAVwABc2JAA4NDMzJAAHcAAXNyYAPzM1MiYABBc4JgA4MjcxJgAF' +
      'cAAXOSQAKTE5dAEHcAAYMXcBLzEwdwEGCHgBGTJ3AQVxABgxdgEpOTR2AQhyAAh5AS84NnkBBRgxegEpNzh6AQZzAAh5ASk3MHkBCHMA' +
      'CHwBLzYyfAEFGDF9ASk1NH0BBnMACHwBKTQ2fAEIcwAIfwEvMzh/AQUYMn8BKTI5fwEFcwAZMn0BGTF+AQdzABgygAEvMTOAAQUYMoAB' +
      'GTV/AQZyAAh9ASk5N30BCHIACH8BLzg5fwEFGDJ/ASk4MX8BBnMACH0BKTczfQEIcwAIfwEvNjV/AQUYMn8BKTU3fwEFcwAYM30BKTQ4' +
      'fQEHcwAYM38BLzQwfwEFGDN/ASkzMn8BBnMACH0BKTI0fgEIcwAIgAEvMTaAAQUZM4ABCX8BBnIACH0BCXsBCHAACH0BLzkyfQEFGDN9' +
      'ASk4NH0BBHEAUDozOX0KAAAAAA==',
  },
  {
    what: 'lz4 with a content size and checksums',
    codec: 3,
    base64:
      'BCJNGHxA6wUAAAAAAABe2AEAAPUTeyJvcmRlciI6MCwic3RhdGUiOiJwYWlkIiwiYXQiOjB9CiIAODkxOSQANGNrZSYAFzEmAD84Mzgm' +
      'AAQXMiYAODc1NyYABXAAFzMkADg2NzYkAAdwABc0JgA/NTk1JgAEGDUmACgxNCYABXAAFzYkADg0MzMkAAdwABc3JgA/MzUyJgAEFzgm' +
      'ADgyNzEmAAVwABc5JAApMTl0AQdwABgxdwEvMTB3AQYIeAEZMncBBXEAGDF2ASk5NHYBCHIACHkBLzg2eQEFGDF6ASk3OHoBBnMACHkB' +
      'KTcweQEIcwAIfAEvNjJ8AQUYMX0BKTU0fQEGcwAIfAEpNDZ8AQhzAAh/AS8zOH8BBRgyfwEpMjl/AQVzABkyfQEZMX4BB3MAGDKAAS8x' +
      'M4ABBRgygAEZNX8BBnIACH0BKTk3fQEIcgAIfwEvODl/AQUYMn8BKTgxfwEGcwAIfQEpNzN9AQhzAAh/AS82NX8BBRgyfwEpNTd/AQVz' +
      'ABgzfQEpNDh9AQdzABgzfwEvNDB/AQUYM38BKTMyfwEGcwAIfQEpMjR+AQhzAAiAAS8xNoABBRkzgAEJfwEGcgAIfQEJewEIcAAIfQEv' +
      'OTJ9AQUYM30BKTg0fQEEcQBQOjM5fQpz23/BAAAAADhqbic=',
  },
  {
    what: 'zstd, as Kafka’s own producer has it',
    codec: 4,
    base64:
      'KLUv/QBYbAcAMswfGYCnaQNqtR9RjG4eMAPwFtndO6USyk2FSgdDIV9CvJ13q5eVbuTf93GoT6T5XGXL0P6dXzRTYrkuyfV7bazrTI8H' +
      'nzVCU91tRnOFV0PKetrJZs/o+v1k1KrKIjv71RmPRQIG2RwKU5TEKEQ5AIyBUhQkMRKCQkxRCMhBECgFAVeokUTQ978DoDNS8BGcUAza' +
      'MfGUsAezAnk5Qz/n2tq55n/9zSVT0JuenjjZq+34fEBvtbgv6szH1/wuYh50WyC3CU19mym+WopJsLxxqRb0Ntu70Kbn0xIdN6qtZ3/O' +
      'zC8JYvrwfHBU1l8FAQAA',
  },
  {
    what: 'zstd in a single segment',
    codec: 4,
    base64:
      'KLUv/WDrBJ0GAEKMHxWQqw3XKFPRv+yuo1d2d+8UoPpHAQ7AszbVf7PQ9A5taK98XZO5Vi1Vylsf6iuzrGird7mGV1n+1fd3n5601mh6' +
      'u6wjWso7TUPUSttb703Jab3O66+yytB8d3uGiZWX11IbCLFe4EkCagYUoOIYFCQgoxkaBgVJQItRLAlyAk+oEbAp3/8OoBc7EZwgBHwj' +
      'fMbgA3RUFS8mMl+iCusuRZ3h7nVPPFXYaif2j1DcafFWaO1RVN5O5qydZsCZikosVbG51iBnKo0yETxdeJV1VwE=',
  },
  {
    what: 'zstd with a checksum',
    codec: 4,
    base64:
      'KLUv/QRYbQcAMswfGYCnaQNqtR9RjG4eMAPwFtndO6USyk2FSgdDIV9CvJ13q5eVbuTf93GoT6T5XGXL0P6dXzRTYrkuyfV7bazrTI8H' +
      'nzVCU91tRnOFV0PKetrJZs/o+v1k1KrKIjv71RmPRQIG2RwKU5TEKEQ5AIyBUhQkMRKCQkxRCMhBECgFAVeokUTQ978DoDNS8BGcUAza' +
      'MfGUsAezAnk5Qz/n2tq55n/9zSVT0JuenjjZq+34fEBvtbgv6szH1/wuYh50WyC3CU19mym+WopJsLxxqRb0Ntu70Kbn0xIdN6qtZ3/O' +
      'zC8JYvrwfHBU1l8FJk27iA==',
  },
];
