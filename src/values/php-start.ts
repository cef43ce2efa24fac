/** How everything begins that PHP's `serialize` writes. */
export const PHP_START = /^(?:N;|b:[01];|i:[+-]?\d+;|d:[-+.\w]+;|s:\d+:"|a:\d+:\{|[OCE]:\d+:")/;
