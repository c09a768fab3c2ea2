/** How a request was answered, as `X-Cache` says it: `Hit from cloudfront`. */
export type EdgeResult =
  | 'Error'
  | 'FunctionExecutionError'
  | 'FunctionGeneratedResponse'
  | 'FunctionValidationError'
  | 'Hit'
  | 'Miss'
  | 'Redirect'
  | 'RefreshHit';
