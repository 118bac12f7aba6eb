/** A small bar picture of requests over five minutes, for a row. */
import styles from './spark.module.css';

export function Spark({ values, label }: { values: readonly number[]; label: string }) {
  const top = Math.max(...values, 1);
  return (
    <svg className={styles.spark} width="92" height="22" viewBox="0 0 92 22" role="img" aria-label={label}>
      {values.map((value, index) => {
        const height = value === 0 ? 1 : Math.max(2, (value / top) * 20);
        return <rect key={index} x={index * 3.05} y={22 - height} width="2" height={height} className={value === 0 ? styles.none : styles.some} />;
      })}
    </svg>
  );
}
