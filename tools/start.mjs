/** `npm start`: set up, then `roadbed up` with the demo fleet; arguments after `--` go to `up`. */
import { runRoadbed } from './bootstrap.mjs';

process.argv.splice(2, 0, 'up');
await runRoadbed(process.argv.slice(2));
