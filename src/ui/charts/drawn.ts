/** Everything that needs the charts' library, in one file that is fetched when the first chart is to be drawn. */
export { DrawnBarChart } from './DrawnBarChart';
export { DrawnLineChart } from './DrawnLineChart';
