/**
 * How many tasks may run at once. @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html (read 2026-11-25)
 */
export const mostTasks = (desiredCount: number, maximumPercent: number): number =>
  Math.floor((desiredCount * maximumPercent) / 100);

/** How many healthy tasks must stay. @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html (read 2026-11-25) */
export const fewestTasks = (desiredCount: number, minimumHealthyPercent: number): number =>
  Math.ceil((desiredCount * minimumHealthyPercent) / 100);
